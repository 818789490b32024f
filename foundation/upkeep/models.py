"""When what runs by itself last ran: one row for each task of the schedule."""

from django.db import models


class Pulse(models.Model):
    """A scheduled task: its last success, its last failure, and how often each. Nothing of what it worked on."""

    task = models.CharField(max_length=60, primary_key=True)
    first_at = models.DateTimeField(auto_now_add=True)
    ran_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(default=0)
    n_runs = models.PositiveBigIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    n_failures = models.PositiveBigIntegerField(default=0)
    problem = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.task
