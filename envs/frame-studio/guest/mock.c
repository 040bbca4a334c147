// The order desk of a picture framer, as `../tools.rhai` has it: the same answers, refusals, writes and rules, over tool-stubs/c/gemproof.h.

#include "../../../tool-stubs/c/gemproof.h"

// ---- refusals -----------------------------------------------------------------------------------

static value error(value message) {
    value answer = new_map();
    set(answer, "status", text("error"));
    set(answer, "message", message);
    return answer;
}

#define REFUSE(rule, message) (cite(rule), fail(error(message)))

static void require_customer(value user_id) {
    value desk = get("session", text("desk"));
    if (!desk) REFUSE("authentication-first", text("Please identify yourself first."));
    if (!equal(field(desk, "user_id"), user_id)) {
        REFUSE("own-account", text("This is not the account of the identified customer."));
    }
}

// ---- sizes --------------------------------------------------------------------------------------

typedef struct {
    value width, height, short_side, long_side;
} size;

static bool is_positive(value number) { return is_number(number) && less(integer(0), number); }

static value positive(value args, value name) {
    value length = member(args, name);
    if (!is_positive(length)) fail(error(JOIN(name, text(" must be a positive number of centimetres."))));
    return length;
}

// Whole centimetres stay whole numbers.
static value centimetres(value length) { return is_integer(length) ? length : rounded(length, 2); }

static size frame_size(value args) {
    value width = positive(args, text("frame_width"));
    value height = positive(args, text("frame_height"));
    bool wide = less(height, width);
    return (size){width, height, wide ? height : width, wide ? width : height};
}

// The width of the mount, nothing without one.
static value mount_width(value args) {
    if (!is_true(field(args, "with_mount"))) return NOTHING;
    value mount = get("mounts", text("standard"));
    value width = field(args, "mount_width");
    value least = field(mount, "min_width"), most = field(mount, "max_width");
    if (!is_number(width) || less(width, least) || less(most, width)) {
        REFUSE("mount-width", JOIN(text("A mount is "), least, text(" to "), most, text(" cm wide.")));
    }
    return width;
}

static value known_glass(value args) {
    value glass = get("glass", field(args, "glass_type"));
    if (!glass) fail(error(text("The kinds of glass are plain and non-glare.")));
    return glass;
}

static bool fits(value glass, size frame) {
    return at_most(frame.short_side, field(glass, "max_short_side")) && at_most(frame.long_side, field(glass, "max_long_side"));
}

static void require_fit(value glass, size frame) {
    if (fits(glass, frame)) return;
    cite_value(field(glass, "rule"));
    fail(error(JOIN(text("A frame of "), frame.width, text(" x "), frame.height, text(" cm is too large: "),
                    field(glass, "glass_type"), text(" glass ends at "), field(glass, "max_short_side"), text(" x "),
                    field(glass, "max_long_side"), text(" cm."))));
}

// ---- prices and dates ---------------------------------------------------------------------------

// The first band that the frame does not exceed; the largest glass ends where the last band ends.
static value price_band(size frame) {
    value around = add(frame.width, frame.height);
    value bands = query("price_bands", NOTHING);
    for (int32_t i = 0; i < len(bands); i++) {
        value band = item(bands, i);
        if (at_most(around, field(band, "max_width_plus_height"))) return band;
    }
    return NOTHING;
}

static value price(size frame, value glass, value mount) {
    value band = price_band(frame);
    value base = field(band, "frame");
    value glass_upgrade = member(band, field(glass, "glass_type"));
    value mount_cost = integer(0);
    if (mount) {
        value standard = get("mounts", text("standard"));
        mount_cost = add(field(standard, "price"), multiply(field(standard, "price_per_cm"), mount));
    }

    // The breakdown names what costs something.
    value breakdown = new_map();
    set(breakdown, "frame", base);
    if (is_positive(glass_upgrade)) set(breakdown, "non_glare_glass", glass_upgrade);
    if (is_positive(mount_cost)) set(breakdown, "mount", mount_cost);

    value answer = new_map();
    set(answer, "base_price", base);
    set(answer, "glass_upgrade", glass_upgrade);
    set(answer, "mount_cost", mount_cost);
    set(answer, "total", add(add(base, glass_upgrade), mount_cost));
    set(answer, "currency", text("USD"));
    set(answer, "breakdown", breakdown);
    return answer;
}

// The workshop rests on Saturdays and Sundays. The first of January 2024 was a Monday.
static bool is_workday(value date) {
    int64_t day = as_int(days_between(text("2024-01-01"), date)) % 7;
    return (day < 0 ? day + 7 : day) < 5;
}

static value add_workdays(value date, int64_t count) {
    while (count > 0) {
        date = add_days(date, 1);
        if (is_workday(date)) count--;
    }
    return date;
}

// ORD_20240315_###: what comes between is the date without its dashes.
static value fresh_order_id(void) {
    char date[10];
    char pattern[] = "ORD_YYYYMMDD_###";
    read(today(), date, sizeof date);
    int32_t at = 4;
    for (int32_t i = 0; i < (int32_t)sizeof date; i++) {
        if (date[i] != '-') pattern[at++] = date[i];
    }
    return fresh_id_of("orders", 6, pattern, sizeof pattern - 1);
}

// ---- the customer -------------------------------------------------------------------------------

TOOL(authenticate_user) {
    value email = field(args, "email"), name = field(args, "name"), zip_code = field(args, "zip_code");
    value user = NOTHING;
    if (is_text(email)) {
        value where = new_map();
        set(where, "email", lower(email));
        user = item(query("users", where), 0);
    } else if (is_text(name) && is_text(zip_code)) {
        value where = new_map();
        set(where, "zip_code", zip_code);
        value found = query("users", where);
        for (int32_t i = 0; i < len(found) && !user; i++) {
            if (equal(lower(field(item(found, i), "name")), lower(name))) user = item(found, i);
        }
    } else {
        REFUSE("authentication-first", text("Please give an email address, or a full name and a zip code."));
    }
    if (!user) REFUSE("authentication-first", text("No account matches these details."));

    value user_id = field(user, "user_id");
    value session = new_map();
    set(session, "user_id", user_id);
    set(session, "since", now());
    put("session", text("desk"), session);

    value answer = new_map();
    set(answer, "user_id", user_id);
    set(answer, "status", text("success"));
    set(answer, "message", JOIN(text("Welcome, "), field(user, "name"), text(". You are identified.")));
    return answer;
}

TOOL(get_user_profile) {
    value user_id = field(args, "user_id");
    require_customer(user_id);
    value where = new_map();
    set(where, "user_id", user_id);
    value orders = query("orders", where);
    value history = new_list();
    for (int32_t i = 0; i < len(orders); i++) {
        value order = item(orders, i);
        value line = new_map();
        set(line, "order_id", field(order, "order_id"));
        set(line, "placed_on", field(order, "placed_on"));
        set(line, "status", field(order, "status"));
        set(line, "total", field(order, "total"));
        push(history, line);
    }
    value profile = get("users", user_id);
    set(profile, "orders", history);
    return profile;
}

// ---- sizes and glass ----------------------------------------------------------------------------

TOOL(calculate_frame_size) {
    value width = positive(args, text("photo_width"));
    value height = positive(args, text("photo_height"));
    value mount = mount_width(args);
    cite("mount-size");
    value both_sides = mount ? multiply(integer(2), mount) : integer(0);
    value answer = new_map();
    set(answer, "frame_width", centimetres(add(width, both_sides)));
    set(answer, "frame_height", centimetres(add(height, both_sides)));
    set(answer, "message",
        mount ? JOIN(text("The frame leaves room for a mount of "), mount, text(" cm on every side."))
              : text("The frame has the size of the photo."));
    return answer;
}

TOOL(check_size_constraints) {
    size frame = frame_size(args);
    value glass = known_glass(args);
    cite_value(field(glass, "rule"));
    require_fit(glass, frame);
    value answer = new_map();
    set(answer, "status", text("success"));
    set(answer, "message",
        JOIN(field(glass, "glass_type"), text(" glass is made for "), frame.width, text(" x "), frame.height, text(" cm.")));
    return answer;
}

TOOL(get_glass_options) {
    size frame = frame_size(args);
    value kinds = query("glass", NOTHING);
    value options = new_list();
    for (int32_t i = 0; i < len(kinds); i++) {
        value glass = item(kinds, i);
        bool made = fits(glass, frame);
        value option = new_map();
        set(option, "glass_type", field(glass, "glass_type"));
        set(option, "max_size",
            JOIN(field(glass, "max_short_side"), text(" x "), field(glass, "max_long_side"), text(" cm")));
        set(option, "available", boolean(made));
        set(option, "upgrade_price", made ? member(price_band(frame), field(glass, "glass_type")) : null());
        push(options, option);
    }
    value answer = new_map();
    set(answer, "frame_width", frame.width);
    set(answer, "frame_height", frame.height);
    set(answer, "options", options);
    return answer;
}

// ---- prices and orders --------------------------------------------------------------------------

TOOL(get_custom_pricing) {
    size frame = frame_size(args);
    value glass = known_glass(args);
    require_fit(glass, frame);
    return price(frame, glass, mount_width(args));
}

TOOL(place_custom_order) {
    require_customer(field(args, "user_id"));
    size frame = frame_size(args);
    value glass = known_glass(args);
    require_fit(glass, frame);
    value mount = mount_width(args);
    value style = get("styles", field(args, "frame_style"));
    if (!style) REFUSE("frame-styles", text("The frame styles are modern, classic and ornate."));

    value order = new_map();
    set(order, "order_id", fresh_order_id());
    set(order, "user_id", field(args, "user_id"));
    set(order, "placed_on", today());
    set(order, "status", text("confirmed"));
    set(order, "frame_width", frame.width);
    set(order, "frame_height", frame.height);
    set(order, "glass_type", field(glass, "glass_type"));
    set(order, "with_mount", boolean(mount != NOTHING));
    set(order, "mount_width", mount);
    set(order, "frame_style", field(style, "style"));
    set(order, "remarks", field(args, "remarks"));
    set(order, "total", field(price(frame, glass, mount), "total"));
    set(order, "currency", text("USD"));
    set(order, "estimated_delivery", add_workdays(today(), as_int(field(style, "workdays"))));
    insert("orders", field(order, "order_id"), order);

    value answer = new_map();
    set(answer, "order_id", field(order, "order_id"));
    set(answer, "status", field(order, "status"));
    set(answer, "estimated_delivery", field(order, "estimated_delivery"));
    set(answer, "message", JOIN(text("Your "), field(style, "style"), text(" frame is in the workshop's list.")));
    return answer;
}

TOOL(get_order_status) {
    value desk = get("session", text("desk"));
    if (!desk) REFUSE("authentication-first", text("Please identify yourself first."));
    value order_id = field(args, "order_id");
    value order = get("orders", order_id);
    // Someone else's order is answered as if there were none.
    if (!order || !equal(field(order, "user_id"), field(desk, "user_id"))) {
        fail(error(JOIN(text("There is no order "), order_id, text(" on this account."))));
    }
    return order;
}
