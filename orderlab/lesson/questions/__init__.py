"""The questions that lessons ask before they show, one YAML file a lesson.

Each question has a text and choices; of a choice, `why` explains it, and one is `right`. The wrong
ones are what people really answer.
"""
