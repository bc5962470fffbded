"""The JSON shapes of section 10, made from values: the same from every face."""
