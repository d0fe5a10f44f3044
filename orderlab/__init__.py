"""What the lessons use: `orderlab.console` to see a workflow run."""
