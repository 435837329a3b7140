using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Trueup.Web.Api;

/// <summary>The OpenAPI document, and a page to browse it that needs no internet.</summary>
internal static class OpenApiPage
{
    internal static void MapOpenApiPage(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapGet("/openapi", () => Results.Content(Page, "text/html; charset=utf-8")).ExcludeFromDescription();
        routes.MapGet("/openapi/browse.js", () => Results.Content(Script, "text/javascript; charset=utf-8")).ExcludeFromDescription();
    }

    private const string Page = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Trueup HTTP API</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
        summary { cursor: pointer; padding: .3rem 0 } code, pre { font: 13px/1.4 ui-monospace, monospace }
        pre { background: #f4f4f4; padding: .7rem; overflow: auto } .method { display: inline-block; width: 4.5rem; font-weight: 600 }
        details { border-bottom: 1px solid #ddd }
        </style>
        </head>
        <body>
        <h1>Trueup HTTP API</h1>
        <p>Send <code>Authorization: Bearer TOKEN</code>. The document itself: <a href="/openapi/v1.json">/openapi/v1.json</a>.</p>
        <main id="calls">Loading…</main>
        <script src="/openapi/browse.js"></script>
        </body>
        </html>
        """;

    private const string Script = """
        "use strict";
        const element = (name, text, parent, className) => {
          const made = document.createElement(name);
          if (text) made.textContent = text;
          if (className) made.className = className;
          parent.append(made);
          return made;
        };
        (async () => {
          const main = document.getElementById("calls");
          const api = await (await fetch("/openapi/v1.json")).json();
          main.textContent = "";
          const resolve = (schema, seen = []) => {
            if (!schema || typeof schema !== "object") return schema;
            if (schema.$ref) {
              const name = schema.$ref.split("/").pop();
              return seen.includes(name) ? name : resolve(api.components.schemas[name], [...seen, name]);
            }
            if (schema.type === "array" || schema.items) return [resolve(schema.items, seen)];
            if (schema.properties)
              return Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, resolve(value, seen)]));
            if (schema.enum) return schema.enum.join(" | ");
            return [schema.type, schema.format].flat().filter(Boolean).join(" ");
          };
          for (const [path, methods] of Object.entries(api.paths))
            for (const [method, call] of Object.entries(methods)) {
              const entry = element("details", "", main);
              const head = element("summary", "", entry);
              element("span", method.toUpperCase(), head, "method");
              element("code", path, head);
              element("span", " " + (call.summary || ""), head);
              for (const parameter of call.parameters || [])
                element("p", `${parameter.name} (${parameter.in}${parameter.required ? ", required" : ""})`, entry);
              const body = call.requestBody?.content?.["application/json"]?.schema;
              if (body) { element("p", "Request", entry); element("pre", JSON.stringify(resolve(body), null, 2), entry); }
              for (const [status, answer] of Object.entries(call.responses || {})) {
                element("p", `Answer ${status} ${answer.description || ""}`, entry);
                const schema = answer.content?.["application/json"]?.schema;
                if (schema) element("pre", JSON.stringify(resolve(schema), null, 2), entry);
              }
            }
        })();
        """;
}
