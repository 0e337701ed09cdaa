// SPDX-License-Identifier: MIT

//! Finds libiosrc: in the folder that IOSRC_LIB_DIR names, else by pkg-config.

use std::env;
use std::process::{exit, Command};

fn by_pkg_config() -> Result<(), String> {
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".to_string());
    let output = Command::new(&program)
        .args(["--libs", "iosrc"])
        .output()
        .map_err(|error| format!("{program} does not run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in words.split_whitespace() {
        if let Some(folder) = word.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={folder}");
        } else if let Some(library) = word.strip_prefix("-l") {
            println!("cargo:rustc-link-lib={library}");
        }
    }
    Ok(())
}

fn main() {
    for name in ["IOSRC_LIB_DIR", "PKG_CONFIG", "PKG_CONFIG_PATH"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    if let Ok(folder) = env::var("IOSRC_LIB_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-lib=iosrc");
    } else if let Err(reason) = by_pkg_config() {
        eprintln!("libiosrc was not found; install it or set IOSRC_LIB_DIR.\n{reason}");
        exit(1);
    }
}
