"""A Django project around django-scim2: one app, with the models that it asks for."""
