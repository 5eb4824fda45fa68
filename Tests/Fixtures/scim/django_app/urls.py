from django.http import HttpResponse
from django.urls import include, path

from .models import Group, User


def reset(_):
    User.objects.all().delete()
    Group.objects.all().delete()
    return HttpResponse(status=204)


urlpatterns = [path("reset", reset), path("scim/v2/", include("django_scim.urls"))]
