// SPDX-License-Identifier: MIT

//! Tells the program which versions Cargo.lock says it is made of.

fn main() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let lock = std::fs::read_to_string("Cargo.lock").unwrap();
    for name in ["mio", "polling", "iosrc"] {
        let head = format!("name = \"{name}\"\nversion = \"");
        let rest = lock.split(&head).nth(1).unwrap();
        let version = rest.split('"').next().unwrap();
        println!("cargo:rustc-env=VERSION_{name}={version}");
    }
}
