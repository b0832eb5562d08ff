"""Reports: the second primitive. A declaration gives parameters and a function; the rest is derived."""
