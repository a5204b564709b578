#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
command -v codespell >/dev/null || { echo "codespell is not installed"; exit 77; }
cd "$(dirname "$0")/../.." && exec codespell ./*.md doc tools tests cmake proto format recorder replayer
