// Calls every route by the types that openapi-typescript makes, with its openapi-fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Text = components["schemas"]["Text"];

const api = createClient<paths>({ baseUrl: process.env["API"]! });

function equal(got: unknown, want: unknown, what: string): void {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}

// answered returns what a call answers, and throws its problem.
function answered<T>(answer: { data?: T; error?: components["schemas"]["Problem"] }): T {
  if (answer.error !== undefined) throw new Error(answer.error.code);
  return answer.data!;
}

// The state tells the compiler whether there is a value.
const shown = (text: Text): string => text.state === "known" ? text.value : `(${text.state})`;

const id = "a/b";
const page = answered(await api.POST("/sessions", { body: { search: "nino", limit: 10, include: ["total", "facets"], extra: { phone: ["555"] } } }));
equal(page.sessions.map((s) => [shown(s.first_name), s.status, s.match?.level]), [["Nino", "under_review", 4]], "a search");
equal(page.total?.n, 1, "its total");
equal(page.facets?.[0]?.parameter, "document_type", "its facets");

const list = await api.GET("/sessions", { params: { query: { status: ["pending", "under_review"] } } });
const all = answered(list);
equal(all.sessions.map((s) => shown(s.first_name)), ["(not_recognised)", "Nino"], "a list");
const same = await api.GET("/sessions", { params: { query: { status: ["pending", "under_review"] }, header: { "If-None-Match": list.response.headers.get("ETag")! } } });
equal(same.response.status, 304, "the same list");

equal(answered(await api.GET("/sessions/{id}", { params: { path: { id } } })).subject, "nino", "details");
equal(answered(await api.GET("/sessions/{id}/attempts", { params: { path: { id } } })).sessions.length, 1, "attempts");
equal(answered(await api.GET("/sessions/{id}/selfie", { params: { path: { id } }, parseAs: "text" })), "image of face", "a selfie");
equal(answered(await api.GET("/changes", { params: { query: { as_of: all.as_of } } })).sessions, [], "changes");
equal(answered(await api.POST("/changes", { body: { search: "nino", as_of: all.as_of } })).more, false, "changes of a search");
equal(answered(await api.GET("/count")).n, 2, "a count");
equal(answered(await api.POST("/count", { body: { search: "nino", limit: 10 } })).n, 1, "a count of a search");
equal(answered(await api.GET("/facets")).facets.length, 4, "facets");
equal(answered(await api.POST("/facets", { body: { search: "nino" } })).facets.length, 4, "facets of a search");
equal(answered(await api.GET("/tally")).rows.length, 2, "a tally");
equal(answered(await api.POST("/tally", { body: { search: "nino" } })).rows.length, 1, "a tally of a search");
const file = await api.POST("/export", { body: { search: "nino", column: ["Session ID", "First Name"] }, parseAs: "text" });
equal(answered(file), "Session ID,First Name\r\na/b,Nino\r\n", "an export");
const settings = await api.GET("/settings");
equal(answered(settings).may_change, true, "settings");
const saved = await api.PUT("/settings", {
  params: { header: { "If-Match": settings.response.headers.get("ETag")! } },
  body: { acceptance: { default: "kvalifika-3d2d:5" }, extra_keys: ["phone"] },
});
equal(answered(saved).extra_keys, ["phone"], "saved settings");
const trail = answered(await api.GET("/audit", { params: { query: { action: ["settings"] } } }));
equal(trail.entries[0]?.new_settings?.extra_keys, ["phone"], "the audit trail");
equal(answered(await api.GET("/openapi.json"))["openapi"], "3.0.3", "the description");
const missing = await api.GET("/sessions/{id}", { params: { path: { id: "none" } } });
equal(missing.error?.code, "not_found", "a session that is not there");
