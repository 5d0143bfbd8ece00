"""The Dagster face of the pipeline: assets, jobs, schedules, resources."""
