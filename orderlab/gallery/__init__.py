"""docs/gallery.md: each view of the console once, with the line that made it."""
