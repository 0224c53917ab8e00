#!/bin/sh
# 101: no service is started by a package.
exit 101
