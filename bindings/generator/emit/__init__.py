# SPDX-License-Identifier: MIT
"""What is made of the interface's data: one small file for each output.

An emitter has FILE, the path below the source tree, and text(abi), where abi
is what iosrc.json holds; or files(abi), which answers path -> text.
"""
