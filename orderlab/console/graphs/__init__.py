"""State machines and executions as graphs."""
