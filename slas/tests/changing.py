"""Trying to change what can't be changed: every way there is, and who refused it."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, connection, models, transaction

from smarketing.triggers import registered

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def another(field: models.Field, value):
    """A value of the field's kind that is not `value`."""
    if isinstance(field, models.JSONField):
        return ["other"]
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return (value or NOW) - timedelta(seconds=1)
    if isinstance(field, models.DateField):
        return (value or NOW.date()) + timedelta(days=1)
    if isinstance(field, models.CharField | models.TextField):
        return "zz" if value != "zz" else "yy"
    return (value or 0) + 1  # numbers, decimals, keys


def refused(action) -> bool:
    """Whether one of our triggers refused it, with its sentence. Any other error is an error."""
    try:
        with transaction.atomic():
            action()
    except IntegrityError as error:
        if any(guard.sentence in str(error) for guard in registered()):
            return True
        raise
    return False


def ways_to_change(row: models.Model, field: models.Field, value) -> dict:
    """ORM save, queryset update, and raw SQL, each setting one field of one row."""
    model = type(row)

    def save():
        changed = model.objects.get(pk=row.pk)
        setattr(changed, field.attname, value)
        changed.save(update_fields=[field.name])

    def update():
        model.objects.filter(pk=row.pk).update(**{field.attname: value})

    def sql():
        prepared = field.get_db_prep_save(value, connection)
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE {model._meta.db_table} SET "{field.column}" = %s WHERE id = %s', [prepared, row.pk]
            )

    return {"update()": update, "SQL": sql} | ({} if field.primary_key else {"save()": save})
