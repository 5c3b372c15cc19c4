"""The section of each scenario in a report: plot_SCENARIO.py is found by its name. Uses data, answers and figures."""
