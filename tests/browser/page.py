"""A page of TensorBoard in a browser: its tabs, and its elements wherever they are."""

from __future__ import annotations

import time

PATIENCE = 15  # seconds that a page may take to show what is asked for

# The dashboards are custom elements, each a tree of its own which selectors don't enter.
_EVERYWHERE = """
    const found = [];
    const walk = root => {
        for (const element of root.querySelectorAll('*')) {
            if (element.matches(arguments[0])) found.push(element);
            if (element.shadowRoot) walk(element.shadowRoot);
        }
    };
    walk(document);
    return found;
"""
_DOUBLE_CLICK = """
    const shape = arguments[0].querySelector('.nodeshape');
    shape.dispatchEvent(new MouseEvent('dblclick', {bubbles: true, composed: true}));
"""


class Page:
    """What a test asks of the browser.

    Args:
      driver: selenium's driver.
      address: where TensorBoard listens.
      pictures: folder for screenshots.
    """

    def __init__(self, driver, address, pictures):
        self.driver, self.address, self.pictures = driver, address, pictures

    def open(self, tab):
        """Loads a tab's page."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}/#{tab}")

    def find(self, selector, script="return arguments[0]"):
        """What a script says of each element that fits a selector."""
        elements = self.driver.execute_script(_EVERYWHERE, selector)
        return [self.driver.execute_script(script, element) for element in elements]

    def wait(self, what, condition):
        """The condition's first true value; an error with a screenshot when none comes.

        Args:
          what: text for the error.
          condition: function without arguments.
        """
        from selenium.common.exceptions import StaleElementReferenceException

        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
            except StaleElementReferenceException:
                pass  # redrawn meanwhile
            time.sleep(0.1)
        raise AssertionError(f"the page shows no {what}; screenshot: {self.picture('failed')}")

    def nodes(self):
        """The nodes that a drawn graph shows, by name."""
        elements = self.driver.execute_script(_EVERYWHERE, "g.node")
        return {element.get_attribute("data-name"): element for element in elements}

    def expand(self, node):
        """Opens a scope of the graph, as a double click does."""
        element = self.wait(f"node {node}", lambda: self.nodes().get(node))
        self.driver.execute_script(_DOUBLE_CLICK, element)

    def picture(self, name):
        """Takes a screenshot and returns its path."""
        path = self.pictures / f"{name}.png"
        self.driver.save_screenshot(str(path))
        return path
