// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/api.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/wire/digitally_signed.h"
#include "core/wire/sct.h"

namespace tattle::testlog {
namespace {

bool Matches(const Route& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

HttpResponse Dispatch(const ApiCall& call) {
  const std::span<const Route> routes =
      call.log.options().kind == LogKind::kStaticCt ? StaticCtRoutes() : Rfc6962Routes();
  const auto route = std::find_if(routes.begin(), routes.end(), [&](const Route& candidate) {
    return Matches(candidate, call.path);
  });
  if (route == routes.end()) {
    return ErrorResponse(404, "there is nothing here");
  }
  if (call.request.method != route->method) {
    HttpResponse response = ErrorResponse(405, "another method is for this");
    response.headers.emplace_back("allow", route->method);
    return response;
  }
  return route->answer(call);
}

// DecodeChain reads {"chain":["base64", ...]}.
Outcome<std::vector<ByteVector>> DecodeChain(Bytes body) {
  const Result<json::Document> document = json::Document::Decode(body, kMaxJsonSize);
  if (!document) {
    return Sorry("the body is no JSON: " + Describe(document.error()));
  }
  const std::optional<json::Value> array = document->root().Find("chain");
  if (!array || !array->IsArray()) {
    return Sorry("the body has no \"chain\"");
  }
  std::vector<ByteVector> chain;
  bool good = true;
  array->ForEachElement([&](json::Value element) {
    const std::optional<std::string_view> text = element.AsString();
    Result<ByteVector> certificate = DecodeBase64(text.value_or("?"));
    good = certificate.has_value();
    if (good) {
      chain.push_back(*std::move(certificate));
    }
    return good;
  });
  if (!good) {
    return Sorry("\"chain\" has an element that is no base64");
  }
  return chain;
}

// EncodeAddChain writes the answer of RFC 6962, Section 4.1.
Result<std::string> EncodeAddChain(Bytes serialized) {
  const Result<Sct> sct = DecodeSct(serialized);
  if (!sct) {
    return tl::unexpected(sct.error());
  }
  const Result<ByteVector> signature = EncodeDigitallySigned(sct->signature);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  return "{\"sct_version\":0,\"id\":\"" + EncodeBase64(sct->log_id) +
         "\",\"timestamp\":" + std::to_string(sct->timestamp_ms) + ",\"extensions\":\"" +
         EncodeBase64(sct->extensions) + "\",\"signature\":\"" + EncodeBase64(*signature) + "\"}";
}

HttpResponse Add(const ApiCall& call, EntryType type) {
  const Outcome<std::vector<ByteVector>> chain = DecodeChain(call.request.body);
  if (!chain) {
    return ErrorResponse(400, chain.error());
  }
  const tl::expected<ByteVector, Refusal> sct =
      call.log.Submit(type, *chain, call.now_ms, call.face);
  if (!sct) {
    return ErrorResponse(sct.error().is_ours ? 500 : 400, sct.error().sentence);
  }
  const Result<std::string> json = EncodeAddChain(*sct);
  return json ? JsonResponse(*json) : ErrorResponse(500, Describe(json.error()));
}

}  // namespace

HttpResponse JsonResponse(std::string_view json) {
  HttpResponse response;
  response.headers = {{"content-type", "application/json"}};
  response.body = ToVector(AsBytes(json));
  return response;
}

HttpResponse ErrorResponse(int status, std::string_view sentence) {
  HttpResponse response =
      JsonResponse("{\"success\":false,\"error_message\":" + json::Quote(sentence) + "}");
  response.status = status;
  return response;
}

HttpResponse Answer(const ApiCall& call) {
  const std::vector<ActiveLie> lies = call.log.Lies(call.face);
  for (const ActiveLie& told : lies) {
    if (told.lie->instead != nullptr) {
      if (std::optional<HttpResponse> response = told.lie->instead(call.path, told)) {
        return *std::move(response);
      }
    }
  }
  HttpResponse response = Dispatch(call);
  for (const ActiveLie& told : lies) {
    if (told.lie->response != nullptr) {
      told.lie->response(response, told);
    }
  }
  return response;
}

HttpResponse AnswerAddChain(const ApiCall& call) {
  return Add(call, EntryType::kX509);
}

HttpResponse AnswerAddPreChain(const ApiCall& call) {
  return Add(call, EntryType::kPrecert);
}

HttpResponse AnswerGetRoots(const ApiCall& call) {
  std::string json = "{\"certificates\":[";
  for (const ByteVector& root : call.log.roots().certificates()) {
    json += (json.back() == '[' ? "\"" : ",\"") + EncodeBase64(root) + '"';
  }
  return JsonResponse(json + "]}");
}

}  // namespace tattle::testlog
