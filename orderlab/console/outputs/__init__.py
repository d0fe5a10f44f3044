"""What a cell shows: pictures, charts, folds, each with its text equivalent."""
