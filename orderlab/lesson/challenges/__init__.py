"""Break my stack: one fault of a catalogue, in a file, for a neighbour who mends the stack."""
