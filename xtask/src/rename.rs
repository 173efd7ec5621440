//! Short names for what wasm and glue know each other by: wasm-opt gives them, the glue gets them here.
//! Renames nothing that a site can see.

use serde::Deserialize;

use crate::failure::Failure;

/// What wasm-opt prints of its renaming.
#[derive(Deserialize)]
pub struct Names {
    /// Module, name and short name of each import.
    imports: Vec<(String, String, String)>,
    /// Name and short name of each export.
    exports: Vec<(String, String)>,
}

/// The module that wasm-opt puts in place of every import's.
const MODULE: &str = "a";

impl Names {
    /// Reads what wasm-opt has printed.
    pub fn parse(printed: &str) -> Result<Names, Failure> {
        serde_json::from_str(printed)
            .map_err(|error| Failure::new(format!("wasm-opt's table of names is unreadable: {error}: {printed}")))
    }

    /// The glue with the short names. A name it does not have is a mistake: the wasm would not start.
    pub fn apply(&self, glue: &str) -> Result<String, Failure> {
        let mut glue = glue.to_owned();
        for (module, name, short) in &self.imports {
            glue = replace(&glue, &format!("{name}: "), &format!("{short}: "), name)?;
            glue = glue.replace(&format!("\"{module}\": "), &format!("\"{MODULE}\": "));
        }
        for (name, short) in &self.exports {
            // Some exports are for debuggers only, and the glue does not name them.
            glue = replace(&glue, &format!("wasm.{name}"), &format!("wasm.{short}"), name).unwrap_or(glue);
        }
        Ok(glue)
    }
}

/// Replaces a name wherever it stands by itself.
fn replace(text: &str, from: &str, to: &str, name: &str) -> Result<String, Failure> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some((before, after)) = rest.split_once(from) {
        let inside = before.ends_with(is_word) || (from.ends_with(is_word) && after.starts_with(is_word));
        out.push_str(before);
        out.push_str(if inside { from } else { to });
        found |= !inside;
        rest = after;
    }
    out.push_str(rest);
    if found { Ok(out) } else { Err(Failure::new(format!("the glue has no {name}"))) }
}

#[cfg(test)]
mod tests {
    use super::Names;

    const GLUE: &str = "const import0 = {\n__wbg_get_1: function(a) { wasm.add(wasm.add_more(a)); },\n};\n\
                        return { \"./l_bg.js\": import0 };";

    #[test]
    fn imports_exports_and_their_module_get_short_names() {
        let printed =
            r#"{"imports": [["./l_bg.js", "__wbg_get_1", "$a"]], "exports": [["add", "b"], ["memory", "c"]]}"#;
        let glue = Names::parse(printed).unwrap().apply(GLUE).unwrap();
        assert_eq!(
            glue,
            "const import0 = {\n$a: function(a) { wasm.b(wasm.add_more(a)); },\n};\nreturn { \"a\": import0 };"
        );
    }

    #[test]
    fn an_import_that_the_glue_does_not_have_is_an_error() {
        let printed = r#"{"imports": [["./l_bg.js", "__wbg_set_1", "$a"]], "exports": []}"#;
        assert_eq!(Names::parse(printed).unwrap().apply(GLUE).unwrap_err().to_string(), "the glue has no __wbg_set_1");
    }
}
