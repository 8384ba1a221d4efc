#!/bin/sh
echo "{{ grains.id }} $1 $2 $PWD" > /srv/made/by-script
