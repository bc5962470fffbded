def today(:
