//! Responses from the bytes of a fuzz target.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::*;

impl<'a, O> Arbitrary<'a> for SuccessResponse<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let style = SuccessStyle::draw(u)?;
        Ok(SuccessResponse::new(u.arbitrary()?, &style))
    }
}

impl<'a> Arbitrary<'a> for ErrorResponse {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        ErrorStyle::draw(u).map(ErrorStyle::write)
    }
}

impl<'a, O> Arbitrary<'a> for MalformedResponse<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (style, damage, position) = (SuccessStyle::draw(u)?, u.arbitrary()?, u.arbitrary()?);
        let error = u.arbitrary()?;
        Ok(MalformedResponse::new(
            &u.arbitrary()?,
            &style,
            damage,
            position,
            &error,
        ))
    }
}

impl<'a, O> Arbitrary<'a> for AnyResponse<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let response = match u.int_in_range(0..=2_u8)? {
            0 => u.arbitrary::<SuccessResponse<O>>()?.response,
            1 => u.arbitrary::<ErrorResponse>()?.response,
            _ => u.arbitrary::<MalformedResponse<O>>()?.response,
        };
        Ok(AnyResponse::new(response))
    }
}
