//! One description with everything that the writers know, and one refusal for each thing that they do not.

use super::{PYTHON, written};
use crate::shop::Failed;
use serde_json::{Value, json};

/// A description of these paths and schemas.
fn description(paths: Value, mut schemas: Value) -> Value {
    let text = json!({"type": "string"});
    schemas["Problem"] = json!({"type": "object", "properties": {"type": text}, "required": ["type"]});
    json!({"openapi": "3.1.0", "info": {"version": "9.9.9"}, "paths": paths, "components": {"schemas": schemas}})
}

fn operation(id: &str, more: Value) -> Value {
    let mut operation = json!({"operationId": id, "summary": "Do it", "responses": {"200": {"description": "Done"}}});
    let fields = operation.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    operation
}

/// The two clients of a description: TypeScript, Python.
fn clients(document: &Value) -> [String; 2] {
    written(document).expect("written").map(|(_, text)| text)
}

/// Holds that each client says all of these.
fn say(document: &Value, typescript: &[&str], python: &[&str]) {
    let [ts, py] = clients(document);
    for (text, words) in [(ts, typescript), (py, python)] {
        for word in words {
            assert!(
                text.contains(word),
                "{word}\nis missing in\n{}",
                text.split("class Tournee").last().unwrap_or(&text)
            );
        }
    }
}

fn answer(content: Value) -> Value {
    json!({"responses": {"200": {"description": "Done", "content": content}}})
}

fn schema(schema: Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

#[test]
fn every_kind_of_type_has_its_words() {
    let thing = json!({
        "type": "object", "description": "A thing. */", "required": ["id", "of"],
        "properties": {
            "id": {"type": "integer", "description": "Its id."},
            "of": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Thing", "description": "Its whole."}]},
            "word": {"type": "string", "enum": ["a", "b"]},
            "tags": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "parts": {"type": ["array", "null"], "items": {"type": "number"}},
            "inner": {"type": "object", "properties": {"any": {}}},
            "either": {"oneOf": [
                {"type": "object", "properties": {"kind": {"type": "string", "enum": ["by_day"]}}, "required": ["kind"]},
                {"type": "string"},
            ]},
        },
    });
    let schemas = json!({
        "Thing": thing,
        "More": {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "object", "properties": {"from": {"type": "string"}}}]},
        "Word": {"type": "string", "enum": ["x-y"]},
    });
    let both = json!({"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/More"}, {"$ref": "#/components/schemas/Word"}]}});
    let paths = json!({"/v1/things": {"get": operation("things", answer(schema(both)))}});
    say(
        &description(paths, schemas),
        &[
            "/** A thing. *\\/ */\nexport interface Thing {\n",
            "  /** Its id. */\n  id: number;\n",
            "  /** Its whole. */\n  of: null | Thing;\n",
            "  word?: \"a\" | \"b\" | undefined;\n",
            "  tags?: Record<string, boolean> | undefined;\n",
            "  parts?: Array<number> | null | undefined;\n",
            "  inner?: ThingInner | undefined;\n",
            "export interface ThingInner {\n  any?: unknown | undefined;\n}\n",
            "  either?: ThingEitherByDay | string | undefined;\n",
            "  from?: string | undefined;\n",
            "export type Word = \"x-y\";\n",
            "things(options: CallOptions = {}): Promise<Array<More | Word>> {\n",
        ],
        &[
            "class Thing(TypedDict):\n    \"\"\"A thing. */\"\"\"\n\n",
            "    id: int\n    \"\"\"Its id.\"\"\"\n",
            "    of: Optional[Thing]\n",
            "    word: NotRequired[Literal[\"a\", \"b\"]]\n",
            "    tags: NotRequired[Dict[str, bool]]\n",
            "    parts: NotRequired[Optional[List[float]]]\n",
            "    inner: NotRequired[ThingInner]\n",
            "    either: NotRequired[Union[ThingEitherByDay, str]]\n",
            // `from` is a word of the language's own.
            "More = TypedDict(\n    \"More\",\n    {\n        ",
            "        \"id\": \"int\",\n",
            "        \"from\": \"NotRequired[str]\",\n",
            "Word: TypeAlias = \"Literal['x-y']\"\n",
            "    def things(self) -> List[Union[More, Word]]:\n",
        ],
    );
}

#[test]
fn parameters_go_where_they_belong() {
    let place = |name: &str, place: &str, required: bool, ty: &str| json!({"name": name, "in": place, "required": required, "schema": {"type": [ty, "null"]}});
    let parameters = json!({"parameters": [
        place("id", "path", true, "string"), place("page-size", "query", false, "integer"), place("from", "query", true, "string"),
        place("Idempotency-Key", "header", false, "string"), place("Prefer", "header", false, "string"),
        place("Accept", "header", false, "string"),
    ]});
    let paths = json!({"/v1/things/{id}/parts": {"delete": operation("drop_parts", parameters)}});
    say(
        &description(paths, json!({})),
        &[
            "  dropParts(id: string, options: CallOptions & {\n    \"page-size\"?: number | undefined;\n    from: string;\n",
            "    waitSeconds?: number | undefined;\n  }): Promise<void> {\n    return this.#caller.nothing({\n      method: \"DELETE\",\n",
            "path: `/v1/things/${part(id)}/parts`,\n      query: { \"page-size\": options[\"page-size\"], from: options.from },\n",
            "headers: { \"Idempotency-Key\": options.idempotencyKey, Prefer: waiting(options.waitSeconds) },\n",
        ],
        &[
            "        id: str,\n        *,\n        page_size: Optional[int] = None,\n        from_: str,\n",
            "        wait_seconds: Optional[int] = None,\n    ) -> None:\n",
            "        self._caller.ask_bytes(\n            \"DELETE\",\n            f\"/v1/things/{_part(id)}/parts\",\n",
            "query={\"page-size\": page_size, \"from\": from_},\n",
            "headers={\"Idempotency-Key\": idempotency_key, \"Prefer\": _waiting(wait_seconds)},\n",
        ],
    );
}

#[test]
fn bodies_and_answers_are_json_text_or_bytes() {
    let (text, bytes) =
        (json!({"schema": {"type": "string"}}), json!({"schema": {"type": "string", "format": "binary"}}));
    let several =
        json!({"application/json": {"schema": {"type": "string"}}, "text/csv": text, "application/x-ndjson": text});
    let body = |content: Value| json!({"requestBody": {"required": true, "content": content}});
    let both = |id: &str, content: &Value| {
        let mut more = body(content.clone());
        more["responses"] = answer(content.clone())["responses"].clone();
        operation(id, more)
    };
    let paths = json!({"/v1/a": {
        "post": both("several", &several),
        "put": both("csv", &json!({"text/csv": text})),
        "patch": both("pictures", &json!({"image/png": bytes, "image/gif": bytes})),
    }});
    say(
        &description(paths, json!({})),
        &[
            "  several(body: string | Raw<\"application/x-ndjson\" | \"text/csv\">, options: CallOptions = {}): Promise<string> {\n",
            "  severalAs(accept: \"application/x-ndjson\" | \"text/csv\", body: ",
            "      path: \"/v1/a\",\n      accept,\n      body,\n",
            "  csv(body: string | Uint8Array<ArrayBuffer>, options: CallOptions = {}): Promise<string> {\n",
            "      accept: \"text/csv\",\n      body,\n      mediaType: \"text/csv\",\n",
            "  pictures(body: Raw<\"image/gif\" | \"image/png\">, options: CallOptions & {\n",
            "    accept?: \"image/gif\" | \"image/png\" | undefined;\n  } = {}): Promise<Uint8Array<ArrayBuffer>> {\n",
            "      accept: options.accept ?? \"image/gif, image/png\",\n",
        ],
        &[
            "    def several(self, body: Union[str, Raw]) -> str:\n",
            "    def several_as(self, accept: Literal[\"application/x-ndjson\", \"text/csv\"], body: Union[str, Raw]) -> str:\n",
            "            accept=accept,\n            body=body,\n",
            "    def csv(self, body: Union[str, bytes]) -> str:\n",
            "            accept=\"text/csv\",\n            body=Raw(\"text/csv\", body),\n",
            "accept: Optional[Literal[\"image/gif\", \"image/png\"]] = None) -> bytes:\n",
            "            accept=accept or \"image/gif, image/png\",\n",
        ],
    );
}

#[test]
fn a_list_by_cursor_can_be_gone_through() {
    let page = json!({"type": "object", "required": ["things"],
        "properties": {"things": {"type": "array", "items": {"type": "string"}}, "next": {"type": ["string", "null"]}}});
    let mut list = answer(schema(json!({"$ref": "#/components/schemas/Page"})));
    list["parameters"] = json!([{"name": "cursor", "in": "query", "required": false, "schema": {"type": "string"}}]);
    let paths = json!({"/v1/things": {"get": operation("things", list)}});
    say(
        &description(paths, json!({"Page": page})),
        &[
            "async *thingsAll(options: NonNullable<Parameters<Tournee[\"things\"]>[0]> = {}): AsyncGenerator<string> {\n",
        ],
        &["    def things_all(self, *, cursor: Optional[str] = None) -> Iterator[str]:\n"],
    );
}

#[test]
fn the_carriers_endpoints_are_no_business_of_the_clients() {
    let paths = json!({"/sls-ws/generateLabel": {"post": operation("generate", json!({"callbacks": {}}))}});
    for text in clients(&description(paths, json!({"Odd": {"if": {}}}))) {
        assert!(!text.contains("generate(") && !text.contains("Odd"));
    }
}

#[test]
fn what_is_not_known_is_refused_with_its_place() {
    let get = |more: Value| json!({"/v1/x": {"get": operation("x", more)}});
    let of = |schema_text: Value| get(answer(schema(schema_text)));
    let object = json!({"type": "object", "properties": {"a": {}}});
    for (paths, says) in [
        (of(json!({"not": {}})), "docs/openapi.json#/paths/~1v1~1x/get/responses/200/content: the keyword not"),
        (of(json!({"format": "uuid"})), "a schema without a type"),
        (of(json!({"enum": [1, 2]})), "an enum of something else than words"),
        (of(json!({"$ref": "other.json#/A"})), "a $ref to \"other.json#/A\""),
        (
            of(json!({"type": "object", "properties": {}, "additionalProperties": {"type": "string"}})),
            "others of one type",
        ),
        (of(json!({"oneOf": [object, {"type": "object", "properties": {"b": {}}}]})), "a second object"),
        (of(json!({"allOf": [object, {"type": "string"}]})), "has no fields of its own"),
        (get(json!({"parameters": [{"name": "c", "in": "cookie"}]})), "a parameter in \"cookie\""),
        (get(json!({"responses": {"200": {"description": ""}, "201": {"content": schema(json!({}))}}})), "without one"),
        (json!({"/v1/x": {"parameters": []}}), "parameters beside operations"),
        (json!({"/v1/x": {"get": {"summary": "Nameless"}}}), "without an operationId"),
    ] {
        let Failed(why) = written(&description(paths, json!({}))).expect_err(says);
        assert!(why.starts_with("docs/openapi.json#/") && why.contains(says), "{why}");
    }
    let paths = of(json!({"$ref": "#/components/schemas/Raw"}));
    let Failed(why) = written(&description(paths, json!({"Raw": object}))).expect_err("a name that is taken");
    assert!(why.contains("/schemas/Raw: the clients have a thing of that name"), "{why}");
}

#[test]
fn the_same_description_gives_the_same_clients() {
    let document = description(json!({}), json!({}));
    assert_eq!(clients(&document), clients(&document));
    assert!(PYTHON.ends_with(".py") && clients(&document)[1].contains("The client of Tournée 9.9.9"));
}
