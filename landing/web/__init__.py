"""What visitors see: blueprints, their shared context, headers, languages and error pages."""
