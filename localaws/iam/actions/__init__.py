"""Which actions on which resources each request needs: one table for each service."""
