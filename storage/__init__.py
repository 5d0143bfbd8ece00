"""The store: SQLAlchemy and Alembic live only here."""
