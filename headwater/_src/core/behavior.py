"""The switches by which programs choose the behaviour of 1.x, which is the only one here."""


def disable_v2_behavior():
    """Does nothing: there is no other behaviour than that of 1.x."""


def disable_resource_variables():
    """Does nothing: variables are reference variables unless the program asks for others."""
