"""Pure domain computation: values in, values out. Importable without Django, a database or a network."""
