# SPDX-License-Identifier: MIT
"""rust_offsets.py JSON: writes a Rust file that asserts offsets of members,
which Rust 1.63 cannot do in a constant, and names every function."""
import json
import sys


def name(word):
    return "".join(part.capitalize() for part in word.split("_")[1:])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    print("use crate::sys;\nuse std::ptr::addr_of;\n\npub fn check() {")
    for struct in data["structs"]:
        own = name(struct["name"])
        print(f"    let it = sys::{own}::ZERO;\n"
              "    let base = addr_of!(it) as usize;")
        for member in struct["members"]:
            offsets = [struct["layout"][model]["offsets"][member["name"]]
                       for model in ("lp64", "ilp32_align8")]
            print(f"    assert_eq!(addr_of!(it.r#{member['name']}) as usize -"
                  f" base, if cfg!(target_pointer_width = \"64\")"
                  f" {{ {offsets[0]} }} else {{ {offsets[1]} }});")
    print("    let all = [")
    for entry in data["functions"]:
        print(f"        sys::{entry['name']} as *const (),")
    print(f"    ];\n    assert_eq!(all.len(), {len(data['functions'])});\n"
          "    assert!(all.iter().all(|call| !call.is_null()));\n}")


main()
