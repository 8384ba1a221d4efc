# A mail server that keeps what comes in /var/mail/ops, as a Maildir.
python3-aiosmtpd:
  pkg.installed:
    - install_recommends: False

/etc/init.d/mailhost:
  file.managed:
    - source: salt://mailhost/files/mailhost.init.jinja
    - template: jinja
    - mode: '0755'

mailhost:
  service.running:
    - require:
      - pkg: python3-aiosmtpd
    - watch:
      - file: /etc/init.d/mailhost
