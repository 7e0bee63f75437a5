//! The macros that declare operations.
//!
//! An operation's file has one [`operation!`] for the request and one `output!` for the response. If
//! [`operation!`] does not fit, the file uses [`custom_request!`] and implements the rest itself.

/// Declares an operation: the request struct, its `new` and setters, its test-value generators, and `impl Operation`.
///
/// Members are those of the struct, in the order in which they are sent. Parameters of the query are sorted by name, as
/// in a signature, so that signing need not sort them. For a member in the path or the query, `=>` gives the place and
/// the name:
///
/// - `pub id: String => label("id")`,
/// - `pub clean: Option<bool> => query("clean")`,
/// - `pub max_items: Option<i32> => query("maxItems", 1..=1024)`, with the bounds of the number.
///
/// Members without `=>` are in the JSON body, with their serde names. The members of a request are either all
/// in the URL or all in the body. `new(..)` takes the members that are not an `Option`; `new()` is for
/// requests without such members.
///
/// The place of a member is the method of [`RequestWriter`](crate::wire::request::RequestWriter) that writes it; a
/// few operations use `id_query("queryId")`, `accept_encoding("encoding")` and `token_body("clientToken")`.
///
/// For a request with several constructors, `new` is private. Its parameters include the members marked `pub
/// id: Option<String> => constructor`, which have no setter.
///
/// Optional entries: before `output`, `documentation: "url"` if the operation is not in the API reference; after
/// `output`, `effect_of: function` if the effect depends on the members, `decode: function` if the response is not
/// the JSON of the output, and `may_answer_empty: true` if the service may send an empty body.
macro_rules! operation {
    (
        name: $wire_name:literal,
        http: $method:ident $path:literal,
        effect: $effect:ident,
        exceptions: $exceptions:expr,
        iam_actions: [$($action:literal),+],
        $(documentation: $documentation:literal,)?
        output: $output:ident,
        $(effect_of: $effect_of:expr,)?
        $(decode: $decode:expr,)?
        $(may_answer_empty: $may_answer_empty:literal,)?

        $(#[$meta:meta])*
        pub struct $name:ident { $($members:tt)* }

        $(#[$new_meta:meta])*
        $new_vis:vis fn new($($new:tt)*);
    ) => {
        request_members! {
            {
                [
                    [
                        $(#[$meta])*
                        #[doc = ""]
                        #[doc = route_and_page!($method $path, $wire_name $(, $documentation)?)]
                    ]
                    $name [$(#[$new_meta])* $new_vis] ($($new)*)
                ]
                fields [] required [] setters [] places []
            }
            $($members)*
        }

        operation_impl! {
            name: $wire_name,
            http: $method $path,
            effect: $effect,
            exceptions: $exceptions,
            iam_actions: [$($action),+],
            $(documentation: $documentation,)?
            output: $output,
            $(effect_of: $effect_of,)?
            encode: $name::encode_members,
            $(decode: $decode,)?
            $(may_answer_empty: $may_answer_empty,)?

            for $name
        }
    };
}

/// Declares the request of an operation that [`operation!`] does not fit: the struct and `impl Operation`. In addition
/// to the entries of [`operation!`] it has `encode: function`. The file adds serde attributes of members, constructors,
/// `setters!` and `arbitrary!`.
macro_rules! custom_request {
    (
        name: $wire_name:literal,
        http: $method:ident $path:literal,
        effect: $effect:ident,
        exceptions: $exceptions:expr,
        iam_actions: [$($action:literal),+],
        $(documentation: $documentation:literal,)?
        output: $output:ident,
        $(effect_of: $effect_of:expr,)?
        encode: $encode:expr,
        $(decode: $decode:expr,)?
        $(may_answer_empty: $may_answer_empty:literal,)?

        $(#[$meta:meta])*
        pub struct $name:ident { $($members:tt)* }
    ) => {
        request_struct! {
            [
                $(#[$meta])*
                #[doc = ""]
                #[doc = route_and_page!($method $path, $wire_name $(, $documentation)?)]
            ]
            $name { $($members)* }
        }

        operation_impl! {
            name: $wire_name,
            http: $method $path,
            effect: $effect,
            exceptions: $exceptions,
            iam_actions: [$($action),+],
            $(documentation: $documentation,)?
            output: $output,
            $(effect_of: $effect_of,)?
            encode: $encode,
            $(decode: $decode,)?
            $(may_answer_empty: $may_answer_empty,)?

            for $name
        }
    };
}

/// The implementation of [`Operation`](crate::operation::Operation) with these facts.
macro_rules! operation_impl {
    (
        name: $wire_name:literal,
        http: $method:ident $path:literal,
        effect: $effect:ident,
        exceptions: $exceptions:expr,
        iam_actions: [$($action:literal),+],
        $(documentation: $documentation:literal,)?
        output: $output:ident,
        $(effect_of: $effect_of:expr,)?
        encode: $encode:expr,
        $(decode: $decode:expr,)?
        $(may_answer_empty: $may_answer_empty:literal,)?

        for $name:ident
    ) => {
        impl $crate::operation::Operation for $name {
            type Output = $output;

            const INFO: &'static $crate::operation::OperationInfo = &$crate::operation::OperationInfo {
                name: $wire_name,
                method: http::Method::$method,
                path: $path,
                effect: $crate::operation::Effect::$effect,
                exceptions: $exceptions,
                iam_actions: &[$($action),+],
                may_answer_empty: false $(|| $may_answer_empty)?,
                output_members: $output::MEMBERS,
                documentation: documentation!($wire_name $(, $documentation)?),
            };

            $(
                fn effect(&self) -> $crate::operation::Effect {
                    ($effect_of)(self)
                }
            )?

            fn encode(&self, request: &mut $crate::wire::request::RequestWriter<'_>) {
                ($encode)(self, request);
            }

            fn decode(response: &$crate::wire::response::RawResponse<'_>) -> Result<$output, $crate::error::DecodeError> {
                (operation_impl!(@decode $($decode)?))(response)
            }
        }
    };
    (@decode) => { $crate::wire::response::RawResponse::json };
    (@decode $decode:expr) => { $decode };
}

/// The URL of the documentation: the page of the API reference, unless another page is given.
macro_rules! documentation {
    ($wire_name:literal) => {
        concat!(
            "https://docs.aws.amazon.com/neptune/latest/data-api/API_",
            $wire_name,
            ".html"
        )
    };
    ($wire_name:literal, $page:literal) => {
        $page
    };
}

/// The last line of a request's docs.
macro_rules! route_and_page {
    ($method:ident $path:literal, $wire_name:literal $(, $page:literal)?) => {
        concat!(
            "`", stringify!($method), " ", $path, "`: <", documentation!($wire_name $(, $page)?), ">"
        )
    };
}

/// The derives and serde attributes that all request structs share.
macro_rules! request_struct {
    ([$($meta:tt)*] $name:ident { $($members:tt)* }) => {
        $($meta)*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name { $($members)* }
    };
}

/// The part of [`operation!`] for members. It reads one member at a time and adds the results to four
/// lists: the struct's `fields` with their initial values, the parameters of `new` (`required`), the
/// `setters`, and the `places` in the URL.
macro_rules! request_members {
    // A member that constructors set, without a setter.
    ($lists:tt $(#[$meta:meta])* pub $field:ident: Option<$type:ident> => constructor, $($rest:tt)*) => {
        request_members! {
            @required $lists [$(#[$meta])* #[serde(skip_serializing_if = "Option::is_none")]]
            $field [Option<$type>] []
            [Option<$type>] [$field] $($rest)*
        }
    };
    // The type of a member decides the parameter types of `new` and the setter.
    ($lists:tt $(#[$meta:meta])*
     pub $field:ident: Option<Vec<$item:ident>> $(=> $place:ident $at:tt)?, $($rest:tt)*) => {
        request_members! {
            @optional $lists [$(#[$meta])*] $field [Option<Vec<$item>>] [$($place $at)?]
            [$field, list, $item] $($rest)*
        }
    };
    ($lists:tt $(#[$meta:meta])*
     pub $field:ident: Option<String> $(=> $place:ident $at:tt)?, $($rest:tt)*) => {
        request_members! {
            @optional $lists [$(#[$meta])*] $field [Option<String>] [$($place $at)?]
            [$field, impl, String] $($rest)*
        }
    };
    ($lists:tt $(#[$meta:meta])*
     pub $field:ident: Option<$type:ident> $(=> $place:ident $at:tt)?, $($rest:tt)*) => {
        request_members! {
            @optional $lists [$(#[$meta])*] $field [Option<$type>] [$($place $at)?]
            [$field, $type] $($rest)*
        }
    };
    ($lists:tt $(#[$meta:meta])*
     pub $field:ident: String $(=> $place:ident $at:tt)?, $($rest:tt)*) => {
        request_members! {
            @required $lists [$(#[$meta])*] $field [String] [$($place $at)?]
            [impl Into<String>] [$field.into()] $($rest)*
        }
    };
    ($lists:tt $(#[$meta:meta])*
     pub $field:ident: $type:ident $(=> $place:ident $at:tt)?, $($rest:tt)*) => {
        request_members! {
            @required $lists [$(#[$meta])*] $field [$type] [$($place $at)?]
            [$type] [$field] $($rest)*
        }
    };

    // Adds the member to the lists.
    (@optional
        {
            $request:tt
            fields [$($fields:tt)*] required $required:tt
            setters [$($setters:tt)*] places [$($places:tt)*]
        }
        [$($meta:tt)*] $field:ident $type:tt
        [$($place:ident($wire_name:literal $(, $bounds:expr)?))?]
        $setter:tt $($rest:tt)*
    ) => {
        request_members! {
            {
                $request
                fields [
                    $($fields)*
                    [
                        $($meta)*
                        #[serde($(rename = $wire_name,)? skip_serializing_if = "Option::is_none")]
                    ]
                    $field: $type = None, [$($place $($bounds)?)?];
                ]
                required $required
                setters [$($setters)* $setter]
                places [$($places)* $($place($wire_name, $field $(, $bounds)?);)?]
            }
            $($rest)*
        }
    };
    (@required
        {
            $request:tt
            fields [$($fields:tt)*] required [$($required:tt)*]
            setters $setters:tt places [$($places:tt)*]
        }
        [$($meta:tt)*] $field:ident $type:tt
        [$($place:ident($wire_name:literal))?]
        [$($parameter:tt)*] [$($initial:tt)*] $($rest:tt)*
    ) => {
        request_members! {
            {
                $request
                fields [
                    $($fields)*
                    [$($meta)* $(#[serde(rename = $wire_name)])?]
                    $field: $type = $($initial)*, [$($place)?];
                ]
                required [$($required)* $field: $($parameter)*,]
                setters $setters
                places [$($places)* $($place($wire_name, $field);)?]
            }
            $($rest)*
        }
    };

    // All members are read.
    ({ [[$($meta:tt)*] $name:ident $new_meta:tt ()] fields $fields:tt required [] $($lists:tt)* }) => {
        request_members! {
            @write [$($meta)* #[derive(Default)]] $name $new_meta
            fields $fields required [] $($lists)*
        }
    };
    ({ [$meta:tt $name:ident $new_meta:tt (..)]
       fields $fields:tt required [$($required:tt)+] $($lists:tt)* }) => {
        request_members! {
            @write $meta $name $new_meta
            fields $fields required [$($required)+] $($lists)*
        }
    };
    (@write
        $meta:tt $name:ident [$($new_meta:tt)*]
        fields [$([$($field_meta:tt)*] $field:ident: [$($type:tt)+] = $initial:expr, [$($kind:tt)*];)*]
        required [$($required:tt)*]
        setters [$([$($setter:tt)+])*]
        places [$($place:ident($wire_name:literal, $placed:ident $(, $bounds:expr)?);)*]
    ) => {
        request_struct! { $meta $name { $($($field_meta)* pub $field: $($type)+,)* } }

        arbitrary!($name => $($field: request_members!(@kind $($kind)*)),*);

        impl $name {
            $($new_meta)* fn new($($required)*) -> Self {
                $name { $($field: $initial,)* }
            }

            $(setters!(@one $($setter)+);)*

            request_members!(@encode [$($place($wire_name, $placed $(, $bounds)?);)*] $($field)*);
        }
    };

    // How test values of a member are generated.
    (@kind) => { Any };
    (@kind label) => { Label };
    (@kind query) => { Any };
    (@kind query $bounds:expr) => { Within($bounds) };
    (@kind id_query) => { Label };
    (@kind accept_encoding) => { Optional(Header) };
    (@kind token_body) => { Any };

    (@encode []) => {
        fn encode_members(&self, _request: &mut $crate::wire::request::RequestWriter<'_>) {}
    };
    (@encode [] $($field:ident)+) => {
        fn encode_members(&self, request: &mut $crate::wire::request::RequestWriter<'_>) {
            request.json(self);
        }
    };
    (@encode
        [$($place:ident($wire_name:literal, $placed:ident $(, $bounds:expr)?);)+] $($field:ident)+
    ) => {
        fn encode_members(&self, request: &mut $crate::wire::request::RequestWriter<'_>) {
            const {
                let (in_url, all) = (&[$($wire_name),+], &[$(stringify!($field)),+]);
                assert!(in_url.len() == all.len(), "some members lack `=> label(…)` or `=> query(…)`");
            }
            $($(request.bounds($wire_name, self.$placed, $bounds);)?)+
            $(request.$place($wire_name, &self.$placed);)+
        }
    };

    // Invalid input: errors for the author of the operation.
    (@$need:ident $lists:tt $meta:tt $field:ident $($rest:tt)*) => {
        compile_error!(concat!(
            "`", stringify!($field), "` must have `label(\"name\")`, `query(\"name\")` or, if it is an optional \
             number, `query(\"name\", 1..=100)`"
        ));
    };
    ($lists:tt $(#[$meta:meta])* pub $field:ident $($rest:tt)*) => {
        compile_error!(concat!(
            "`", stringify!($field), "` is not `pub name: Type,` or `pub name: Type => place(\"name\"),` with a \
             type such as `Name`, `Option<Name>` or `Option<Vec<Name>>`"
        ));
    };
    ({ $request:tt fields $fields:tt required [] $($lists:tt)* }) => {
        compile_error!("no member is required: write `pub fn new();`");
    };
    ({ $request:tt fields $fields:tt required $required:tt $($lists:tt)* }) => {
        compile_error!("some members are required: write `pub fn new(..);`");
    };
}

/// `setters!(Request { flag: bool, name: impl String, names: list String })`: a setter for each optional member. The
/// setter takes the type itself, with `impl` anything that converts into it, or with `list` the items of a list.
macro_rules! setters {
    ($request:ident { $($(#[$meta:meta])* $($field:ident: $kind:tt $($into:ident)?),+ $(,)?)? }) => {
        impl $request {
            $($(setters!(@one $field, $kind $(, $into)?);)+)?
        }
    };
    (@one $field:ident, impl, $into:ident) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: impl Into<$into>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@one $field:ident, list, $of:ident) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field<T: Into<$of>>(mut self, $field: impl IntoIterator<Item = T>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (@one $field:ident, $type:ident) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
}
