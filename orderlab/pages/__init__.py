"""A lesson as slides to project and as a handout to read: one HTML file each, for any browser.

`reveal/` holds reveal.js 5.2.1 as its package on npm has it, so that slides work offline.
"""
