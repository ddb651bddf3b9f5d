fn main() {
    let args: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let o = tamis::clean(&args[1..], Some(&args[0]), &tamis::Config::default(), &tamis::NoObserver);
    match o {
        Ok(o) => println!("{}{:?}", o.summary.to_json(), o.elapsed),
        Err(e) => eprintln!("{e}"),
    }
}
