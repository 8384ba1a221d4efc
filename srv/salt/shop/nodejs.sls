# What the application needs.
nodejs:
  pkg.installed:
    - install_recommends: False
