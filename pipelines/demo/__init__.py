"""The bundled local news site of the demo: invented outlets, our own articles, and the servers that play them."""
