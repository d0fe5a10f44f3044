"""The exercises, one module each: `e08_1` is the first of lesson 08."""
