"""Helpers that the tutorials' programs import."""

from headwater.examples.tutorials import mnist as mnist
