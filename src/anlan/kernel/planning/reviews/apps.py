from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "anlan.kernel.planning.reviews"
    label = "planning_reviews"
    default_auto_field = "django.db.models.BigAutoField"
