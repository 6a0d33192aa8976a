from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "greenboard.reviews"
    label = "reviews"
