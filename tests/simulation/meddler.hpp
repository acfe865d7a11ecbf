// SPDX-License-Identifier: Apache-2.0
// What a known-bad program changes of a component: what it is told, and what it says. Honest worlds have none.
#pragma once

#include "services/runtime/ports/link.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace chieng::simulation {

class Meddler {
public:
    Meddler() = default;
    Meddler(const Meddler&) = delete;
    Meddler& operator=(const Meddler&) = delete;
    Meddler(Meddler&&) = delete;
    Meddler& operator=(Meddler&&) = delete;
    virtual ~Meddler() = default;

    virtual void before(std::vector<Input>& /*inputs*/) {}
    virtual void after(std::span<const Input> /*inputs*/, Actions& /*actions*/) {}
};

using MakeMeddler = std::function<std::unique_ptr<Meddler>(const std::string& component)>;

}  // namespace chieng::simulation
