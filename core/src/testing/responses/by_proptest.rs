//! Responses as strategies of proptest.

use proptest::prelude::*;

use super::*;

impl<O> Arbitrary for SuccessResponse<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (any::<O::Output>(), SuccessStyle::strategy())
            .prop_map(|(output, style)| SuccessResponse::new(output, &style))
            .boxed()
    }
}

impl Arbitrary for ErrorResponse {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        ErrorStyle::strategy().prop_map(ErrorStyle::write).boxed()
    }
}

impl<O> Arbitrary for MalformedResponse<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let parts = (
            any::<O::Output>(),
            SuccessStyle::strategy(),
            any::<Damage>(),
            any::<u16>(),
            any::<ErrorResponse>(),
        );
        parts
            .prop_map(|(output, style, damage, position, error)| {
                MalformedResponse::new(&output, &style, damage, position, &error)
            })
            .boxed()
    }
}

impl<O> Arbitrary for AnyResponse<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        prop_oneof![
            any::<SuccessResponse<O>>().prop_map(|success| success.response),
            any::<ErrorResponse>().prop_map(|error| error.response),
            any::<MalformedResponse<O>>().prop_map(|malformed| malformed.response),
        ]
        .prop_map(AnyResponse::new)
        .boxed()
    }
}
