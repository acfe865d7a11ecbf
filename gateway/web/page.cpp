// SPDX-License-Identifier: Apache-2.0
// The files of the page, which the program carries, and the descriptions of what is said over HTTP and over MQTT.
#include "data/openapi_json.hpp"
#include "data/page_files.hpp"
#include "gateway/web/api.hpp"
#include "gateway/web/asyncapi.hpp"
#include "gateway/web/gzip.hpp"
#include "gateway/web/problems.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace chieng::web {
namespace {

struct File {
    const char* type;
    std::string plain;
    std::string packed;
    std::string tag;
};

File file(const char* type, const char* text) {
    std::string plain(text);
    auto packed = gzipped(plain, 9);
    auto tag = "\"" + sha256_hex(plain).substr(0, 16) + "\"";
    return {type, std::move(plain), std::move(packed), std::move(tag)};
}

const char* type_of(std::string_view name) {
    if (name.ends_with(".js")) {
        return "text/javascript; charset=utf-8";
    }
    if (name.ends_with(".css")) {
        return "text/css; charset=utf-8";
    }
    return name.ends_with(".svg") ? "image/svg+xml" : "text/html; charset=utf-8";
}

const std::map<std::string, File, std::less<>>& files() {
    static const auto all = [] {
        std::map<std::string, File, std::less<>> made;
        for (const auto& each : data::page_files) {
            const std::string name(each.name);
            made.emplace(name == "index.html" ? "/" : "/page/" + name, file(type_of(name), each.text));
        }
        made.emplace("/openapi.json", file("application/vnd.oai.openapi+json;version=3.1", data::openapi_json));
        made.emplace("/asyncapi.json", file("application/vnd.aai.asyncapi+json;version=3.0.0", asyncapi().dump(1).c_str()));
        return made;
    }();
    return all;
}

HttpReply file_reply(const Call& call, const File& file) {
    HttpReply reply{200, "", file.type, {}};
    reply.set("ETag", file.tag);
    reply.set("Vary", "Accept-Encoding");
    reply.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    const auto kept = call.request.field("if-none-match");
    if (kept == "*" || kept.find(file.tag) != std::string_view::npos) {
        reply.status = 304;
    } else if (accepts_gzip(call.request)) {
        reply.set("Content-Encoding", "gzip");
        reply.body = file.packed;
    } else {
        reply.body = file.plain;
    }
    return reply;
}

}  // namespace

Outcome get_page(const Call& call) {
    const auto it = files().find(call.request.path);
    if (it == files().end()) {
        return reply_of(not_there("the page has no file " + call.request.path, "trang không có tệp " + call.request.path));
    }
    return file_reply(call, it->second);
}

Outcome get_description(const Call& call) {
    return file_reply(call, files().at(call.request.path));
}

Outcome get_problem(const Call& call) {
    const auto& name = call.of_path.front();
    const auto kinds = problem_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const ProblemKind& one) { return one.name == name; });
    if (kind == kinds.end()) {
        return reply_of(not_there("there is no kind of problem " + name, "không có loại lỗi " + name));
    }
    return HttpReply{200, std::string(kind->vi) + "\n" + std::string(kind->en) + "\n", "text/plain; charset=utf-8", {}};
}

}  // namespace chieng::web
