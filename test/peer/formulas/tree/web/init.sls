include:
  - .package.install
  - .config.file
