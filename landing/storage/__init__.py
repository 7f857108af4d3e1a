"""The site's data: one module per aggregate, SQLAlchemy Core, migrations."""
