"""The bundled local news site of the demo."""
