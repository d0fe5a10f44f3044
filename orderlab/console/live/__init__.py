"""An execution that is watched while it runs, stepped through and clicked."""
