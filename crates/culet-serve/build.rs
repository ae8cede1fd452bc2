//! The page is part of the program: a file that is added to it is a reason to build anew, which the macro that embeds it
//! does not tell.

fn main() {
    println!("cargo::rerun-if-changed=page");
}
