"""docs/architecture: the backend as pictures, drawn from the template as it is deployed."""
