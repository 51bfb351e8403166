"""The routes under `/admin/api/v1`, a router for each noun, and what they share."""
