/// The page that shows `/openapi.json` to a person: no script from elsewhere, no build step.
enum DocumentationPage {
    static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Headrace API</title>
        <style>
        :root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #1a7f8e; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-weight: 600; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        code, pre { font: 14px/1.45 ui-monospace, monospace; }
        pre { background: var(--soft); padding: .8rem; border-radius: 6px; overflow-x: auto; }
        details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem .8rem; }
        summary { cursor: pointer; } summary b { color: var(--accent); display: inline-block; width: 3.5rem; }
        table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem 1rem .15rem 0; }
        </style>
        </head>
        <body>
        <h1>Headrace API</h1>
        <p>What this server answers, from <a href="/openapi.json">/openapi.json</a>. Every event may carry an id; with
        it, a request may be sent again without harm. Errors are problem details that say what to do. Lines
        that begin with curl work as they stand and change nothing: questions go to the preview, which is not logged.
        Of the others the body is shown; what they say is logged, and learned by the models that serve.</p>
        <div id="content">Loading…</div>
        <script>
        const text = (tag, value, parent) => {
          const element = document.createElement(tag); element.textContent = value;
          parent.append(element); return element;
        };
        const resolve = (spec, schema) => schema && schema.$ref
          ? spec.components.schemas[schema.$ref.split("/").pop()] : schema;
        const sample = (spec, schema) => {
          schema = resolve(spec, schema) || {};
          if (schema.oneOf) return sample(spec, schema.oneOf[0]);
          if ("const" in schema) return schema.const;
          if (schema.enum) return schema.enum[0];
          const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
          if (type === "object") return Object.fromEntries(Object.entries(schema.properties || {})
            .filter(([name]) => !["correction", "offset"].includes(name))
            .map(([name, value]) => [name, sample(spec, value)]));
          if (type === "number" || type === "integer")
            return schema.minimum ?? (schema.maximum < 0 ? schema.maximum : 0);
          if (type === "boolean") return false;
          if (type === "array") return [];
          return schema.format === "date-time" ? "2013-01-01T10:15:00Z" : "text";
        };
        const show = spec => {
          const content = document.getElementById("content"); content.textContent = "";
          let group = "";
          for (const [path, methods] of Object.entries(spec.paths)) {
            const name = path.startsWith("/v1/applications/") ? path.split("/")[3] : "service";
            if (name !== group) { group = name; text("h2", name, content); }
            for (const [method, operation] of Object.entries(methods)) {
              const details = text("details", "", content);
              const summary = text("summary", "", details);
              text("b", method.toUpperCase(), summary); text("code", path, summary);
              summary.append(" — " + operation.summary);
              const body = operation.requestBody && Object.values(operation.requestBody.content)[0];
              const example = body ? JSON.stringify(sample(spec, body.schema)) : "";
              const query = { diff: "?from=@1&to=now" }[path.split("/").pop()] || "";
              const runs = method === "get" ? !path.endsWith("/audit") : path.endsWith("/preview");
              const quoted = example.replaceAll("'", "'\\''");
              if (runs) text("pre", `curl -s '${location.origin}${path}${query}'`
                + (body ? ` \\\n  -d '${quoted}'` : ""), details);
              else text("pre", method === "get" ? `${path}?id=ID` : example, details);
              const table = text("table", "", details);
              for (const [status, response] of Object.entries(operation.responses)) {
                const shared = response.$ref && spec.components.responses[response.$ref.split("/").pop()];
                const row = text("tr", "", table);
                text("th", status, row); text("td", (shared || response).description, row);
              }
            }
          }
          text("h2", "schemas", content);
          for (const [name, schema] of Object.entries(spec.components.schemas)) {
            const details = text("details", "", content); text("summary", name, details);
            text("pre", JSON.stringify(schema, null, 2), details);
          }
        };
        fetch("/openapi.json").then(answer => answer.json()).then(show)
          .catch(error => { document.getElementById("content").textContent = error; });
        </script>
        </body>
        </html>
        """#
}
