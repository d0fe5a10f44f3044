"""Step Functions: the API and the engine around the interpreter that moto has."""
